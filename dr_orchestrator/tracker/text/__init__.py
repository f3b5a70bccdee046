"""The blocks of a text in the markup of each tracker."""
