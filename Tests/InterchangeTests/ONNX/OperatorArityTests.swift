// The numbers of operators' inputs and outputs beside the schemas of the onnx package (Tools/operator_arities.py).

import Interchange
import Testing

@Suite struct OperatorArityTests {
    @Test("Every operator that is read has the inputs and outputs of its schema, in every operator set")
    func schemas() throws {
        let schemas = try JSONValue(parsing: bytes(of: fixture("operator-arities.json")), file: "arities")
        var found = 0
        for name in OperatorTable.names {
            guard let versions = schemas[name]?.array?.compactMap({ $0.array?.compactMap(\.int) }) else { continue }
            found += 1
            // Models of earlier sets are refused; of ai.onnx.ml the set is another.
            let first = name.hasPrefix("ai.") ? 27 : max(6, versions[0][0])
            for opset in first...27 {
                let version = try #require(versions.last { $0[0] <= opset })
                let arity = OperatorArity.of(name, opset: opset)
                #expect([arity.inputs, arity.outputs] == version[1...].map { $0 < 0 ? .max : $0 }, "\(name) in \(opset)")
            }
        }
        // Erfc is no operator of a schema: Keras exports it.
        #expect(found == OperatorTable.names.count - 1)
    }
}
