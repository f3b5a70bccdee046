"""Geometry of the inline SVG charts; every x is in per cent, so that bars scale with the page and text does not."""
