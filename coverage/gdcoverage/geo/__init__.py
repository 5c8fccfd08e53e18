"""The earth: lengths on the ellipsoid, a plane to work in, areas, outlines, datums; arrays only."""
