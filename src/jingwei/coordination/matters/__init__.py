"""Problems that surface by themselves, are decided by somebody, and are looked at again: did the number move?"""
