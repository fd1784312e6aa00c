"""Registry (一企一档): what an enterprise is, has, stores and employs."""
