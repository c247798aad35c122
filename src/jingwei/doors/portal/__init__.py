"""The portal: the plan at a glance, every number answerable. Rendered on the server; works without JavaScript."""
