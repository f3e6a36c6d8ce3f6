"""What authors type: the content block by block, the settings, the recipients."""
