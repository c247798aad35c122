"""The five integrations: economy, government, culture, society, ecology."""
