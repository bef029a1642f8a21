"""The reference pages: pure renderers from the schema, the models and the explanations to Markdown."""
