"""The earth: streets on a sphere, radii on the ellipsoid, areas, outlines, datums; arrays only."""
