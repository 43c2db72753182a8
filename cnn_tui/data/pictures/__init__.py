"""Pictures in files: how each becomes an image, and the folders and tables that say which there are."""
