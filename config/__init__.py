"""How the apps are put together and run. Nothing imports this package."""
