"""Work on what strangers made, in processes that limit themselves."""
