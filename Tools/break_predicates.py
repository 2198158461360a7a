"""Breaks the predicates of the exact partition one after the other, each in its source, runs the tests that should notice, and puts the
source back. Says for each which tests failed; ends with 1 if a breach went unnoticed. Takes some minutes a predicate.

    python3 Tools/break_predicates.py [--package PATH] [--tests FILTER] [NUMBER …]
"""
import argparse
import pathlib
import re
import subprocess
import sys

# What is broken, in which file, the text there, and what stands in its place.
BREACHES = [
    ("the tiles' filter takes every value for certain", "Sources/CKernels/Template/partition.h",
     "reach = least + vertices[v + i].displacement * steepness;", "reach = 0 * (least + vertices[v + i].displacement * steepness);"),
    ("a unit that may be positive on a tile counts as decided", "Sources/Partitions/Tiles/Tile+Candidates.swift",
     "var sign: Int { middle > radius ? 1 :", "var sign: Int { 2 * middle > radius ? 1 :"),
    ("a constant unit at its knot counts as above", "Sources/Partitions/Tiles/Tile+Candidates.swift",
     "matrix.data[k] > knot.value ? .above", "matrix.data[k] >= knot.value ? .above"),
    ("of two members that may win, the one that a tile decides for loses", "Sources/Partitions/Tiles/TileWorker.swift",
     "let winner = side == .above ? b : a", "let winner = side == .above ? a : b"),
    ("a new vertex takes an open sign for negative", "Sources/Partitions/Tiles/TileMesh+Cut.swift",
     "} else if row[other] >= -reach {", "} else if row[other] > reach {"),
    ("a rectifier's difference is 0 where one of the two is dead", "Sources/Partitions/Tiles/Tile+Cut.swift",
     "rectified.allSatisfy({ mesh.rows", "rectified.contains(where: { mesh.rows"),
    ("sides of blocks are matched without their direction", "Sources/Partitions/Streamed/ClassPatches+Joining.swift",
     "cornerSets.unite(corner(side.start), corner(partner.end))", "cornerSets.unite(corner(side.start), corner(partner.start))"),
    ("what blocks know of a corner of several classes is lost", "Sources/Partitions/Streamed/ClassPatches+Joining.swift",
     "if corners[number].label != corners[root].label { corners[root].label = -1 }",
     "if corners[number].label != corners[root].label { corners[root].label = max(corners[number].label, corners[root].label) }"),
    ("a class is seen though its reader is constant", "Sources/Partitions/Maps/BatchRelevance.swift",
     "if !pass[code] { continue }", "if pass[code] { continue }"),
    ("an exact zero counts as negative", "Sources/Partitions/Tiles/ExactSigns.swift",
     "exactForm(of: function, node).sign(at: point(first, second, node))",
     "min(exactForm(of: function, node).sign(at: point(first, second, node)) * 2 - 1, 1)"),
    ("a line reads fewer codes than its function", "Sources/Partitions/Tiles/ExactSigns.swift",
     "for unit in read[v] { read[source].formUnion(groups[unit].members) }", "for unit in read[v] { read[source].insert(groups[unit].members[0]) }"),
    ("a candidate never enters a cell at a vertex", "Sources/Partitions/Tiles/TileMesh+Cut.swift",
     "if opposite(Int(halfEdges[before].origin), end(~h), scratch) >> UInt64(c) & 1 == 1 {",
     "if opposite(Int(halfEdges[before].origin), end(~h), scratch) >> UInt64(c) & 1 == 2 {"),
    ("three chords count as apart", "Sources/Partitions/Tiles/Tile+Count.swift",
     "return relative < 0.125 && abs(determinant)", "return relative < 0.125 || abs(determinant)"),
    ("the order of two ends on an edge does not matter", "Sources/Partitions/Tiles/Tile+Count.swift",
     "return (value > 0) == (atA[d] > 0)", "return value.isFinite"),
    ("a hinge counts as dead where it is on some cells", "Sources/Partitions/Tiles/Tile+Part.swift",
     "if some & bit == 0 { dead[j] = true }", "if every & bit == 0 { dead[j] = true }"),
    ("the planar filter takes every value for certain", "Sources/Partitions/Planar/VertexTable.swift",
     "var sign: Int8 = difference > bound ? 1 : 0", "var sign: Int8 = difference > 0 ? 1 : 0"),
    ("exact signs at vertices are turned round", "Sources/Partitions/Planar/PlanarSubdivision.swift",
     "return form.sign(at: point(vertex))", "return -form.sign(at: point(vertex))"),
    ("a vertex on the cut is no end of a chord", "Sources/Geometry/Planar/PlanarMesh+Cut.swift",
     "if sign < 0 { fall = walk }", "if sign < 0 && walk != start { fall = walk }"),
    ("an exact sign forgets the offset", "Sources/Geometry/Exact/AffineForm.swift",
     "for (a, x) in zip(coefficients, point.coordinates) where", "for (a, x) in zip(coefficients.dropLast(), point.coordinates) where"),
    ("an exact cut counts touching cells", "Sources/Geometry/Polytopes/Polytope.swift",
     "guard signs.contains(1) else { return", "guard signs.contains(where: { $0 >= 0 }) else { return"),
    ("the solids' filter takes every value for certain", "Sources/Partitions/Solid/SolidDivision.swift",
     "(bounds[c].x + bounds[c].y * displacements[v]) * CellForms.slack", "0 * bounds[c].x * displacements[v]"),
    ("a vertex settled by its facets counts as exact", "Sources/Partitions/Solid/SolidFacet.swift",
     "distance / (1 - norm * CellForms.slack) * CellForms.slack", "distance * 0"),
    ("rows that begin and end alike are twins", "Sources/Partitions/Program/TwinlessProgram.swift",
     "entries(first).sorted() == entries(row).sorted()", "entries(first).count == entries(row).count"),
    ("areas are compared without their error bounds", "Sources/Partitions/Tiles/AreaExtremes.swift",
     "guard sign * area - bound <= ceiling else { return }", "guard candidates.isEmpty else { return }"),
    ("an area is known as well as its first corner", "Sources/Geometry/Planar/ConvexPolygon.swift",
     "moved += errors[i] * (abs(way.x)", "moved += errors[0] * (abs(way.x)"),
    ("an area by forms in pairs counts as exact", "Sources/Partitions/Tiles/PlanarCell+LongArea.swift",
     "Double(known.count) * (4 * diameter", "0 * Double(known.count) * (4 * diameter"),
    ("forms with one ratio in common are multiples", "Sources/Geometry/Exact/AffineForm.swift",
     "zip(coefficients, other.coefficients).allSatisfy { $0 * other", "zip(coefficients, other.coefficients).dropFirst().contains { $0 * other"),
    ("a direction of some rows is one of the cone", "Sources/Geometry/LinearPrograms/RecessionCone.swift",
     "directions.allSatisfy({ $0.sign(at: u) >= 0 })", "directions.contains(where: { $0.sign(at: u) >= 0 })"),
]

parser = argparse.ArgumentParser()
parser.add_argument("--package", default=".")
parser.add_argument("--sources", help="where the sources are, if not in the package")
parser.add_argument("--tests", default="PartitionsTests|GeometryTests")
parser.add_argument("--option", action="append", default=[], help="one more argument for swift test")
parser.add_argument("numbers", nargs="*", type=int)
arguments = parser.parse_args()

unnoticed = 0
for number, (name, path, old, new) in enumerate(BREACHES, 1):
    if arguments.numbers and number not in arguments.numbers:
        continue
    file = pathlib.Path(arguments.sources or arguments.package) / path
    text = file.read_text()
    if text.count(old) != 1:
        sys.exit(f"{path}: the text of breach {number} is there {text.count(old)} times, expected once")
    file.write_text(text.replace(old, new))
    try:
        run = subprocess.run(
            ["swift", "test", "-c", "release", "--package-path", arguments.package, "--filter", arguments.tests, *arguments.option],
            capture_output=True, text=True, timeout=3600)
    finally:
        file.write_text(text)
    output = run.stdout + run.stderr
    if "Build complete!" not in output:
        sys.exit(f"{number}. {name}: did not build\n{output[-2000:]}")
    failed = sorted(set(re.findall(r'✘ Test "([^"]+)".* failed', output)))
    crash = [] if failed or run.returncode == 0 else ["the test run, which trapped"]
    print(f"{number}. {name} ({path}): " + ("; ".join(f"«{test}»" for test in failed + crash) or "NOT NOTICED"), flush=True)
    unnoticed += not (failed or crash)
sys.exit(1 if unnoticed else 0)
