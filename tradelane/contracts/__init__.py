"""What crosses the wire between workflows, activities and doors: effects, messages, names."""
