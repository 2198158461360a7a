// Samples and templates as pixels, where samples are images.

import Figures
import Interchange
import Tensors

/// How samples of one shape are drawn.
struct SamplePictures {
    let width: Int
    let height: Int

    /// `nil` where samples of that shape, `[C, H, W]` or `[H, W]`, are no images of one or three channels.
    init?(shape: Shape) {
        let shape = shape.count == 2 ? [1] + shape : shape
        guard shape.count == 3, shape[0] == 1 || shape[0] == 3, shape[1] > 1, shape[2] > 1 else { return nil }
        (height, width) = (shape[1], shape[2])
    }

    /// The sample as it is in the data.
    func sample(_ data: DataSet, _ index: Int) -> Raster {
        let values: Tensor<Double> = data.samples.rows([index]).converted()
        return Raster(picture: values.elements, width: width, height: height)
    }

    /// A template, zero in the middle of a scale that ends at `limit`.
    func template(_ values: [Double], limit: Double) -> Raster {
        Raster(template: values, width: width, height: height, limit: limit)
    }
}
