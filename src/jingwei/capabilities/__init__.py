"""The two capabilities: technology innovation, and security."""
