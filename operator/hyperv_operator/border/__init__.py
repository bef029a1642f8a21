"""The border: where text from hosts and guests is bounded, parsed and cleaned. Pure: nothing behind it holds raw foreign text."""
