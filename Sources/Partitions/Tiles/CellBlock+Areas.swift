// The areas of a block's cells, each right however thin the cell is. Cells share the lines between them, and lines their forms.

import Geometry

extension CellBlock {
    /// The area of every cell, right to 2⁻³² of itself however thin it is.
    public var areas: [Double] {
        var forms: [FormKey: LongForm] = [:]
        return cells.map { $0.area(&forms) }
    }

    /// A line's function is the same on all cells that have one code in the nonlinearities before it.
    fileprivate struct FormKey: Hashable {
        let line: Int32
        let units: [Int32]
    }
}

extension CellBlock.Cell {
    /// The area, right to 2⁻³² of itself however thin the cell is.
    public var area: Double {
        var forms: [CellBlock.FormKey: LongForm] = [:]
        return area(&forms)
    }

    fileprivate func area(_ forms: inout [CellBlock.FormKey: LongForm]) -> Double {
        let (area, bound) = areaWithBound
        return CellMeasures.area(area, bound, long: LongForm.area(between: sideForms(&forms)), exact: exactArea())
    }

    /// The functions that are 0 on the sides, in pairs of Doubles.
    private func sideForms(_ forms: inout [CellBlock.FormKey: LongForm]) -> [LongForm] {
        let (starts, code) = (block.network.codeStarts, flatCode)
        return PlanarCell.corners(of: sideLines).map { corner in
            let side = block.sides[range.lowerBound + corner]
            let line = block.lines[Int(side)]
            let key = CellBlock.FormKey(line: side, units: block.codes.units(of: index, before: starts[max(line.level, 0)]))
            if let known = forms[key] { return known }
            let form = LongForm(of: line, in: block.network.program) { Int(code[starts[$0] + $1]) }
            forms[key] = form
            return form
        }
    }
}
