//! Takes stock: what is kept here of images, in the words of the planner.

use super::manifest::manifest_forms;
use crate::model::fleet::{Platform, Stock, StockedHelper, StockedLayer};
use crate::ops::helper::Helper;
use crate::ops::layers::{ImageRecord, LayerStore};

/// What is kept here. Blocks while it reads the records of images, which are a few kB each.
pub fn stock(store: &LayerStore) -> Stock {
    let (usage, helper) = (store.usage(), Helper::embedded());
    let mut stock = Stock {
        helper: Some(StockedHelper {
            platform: Platform {
                os: "linux".to_owned(),
                architecture: helper.architecture.to_owned(),
            },
            bytes: helper.packed.len() as u64,
        }),
        bytes: usage.bytes,
        limit: Some(usage.limit),
        ..Stock::default()
    };
    for record in store.images() {
        add(&mut stock, store, &record);
    }
    stock
}

fn add(stock: &mut Stock, store: &LayerStore, record: &ImageRecord) {
    let forms = manifest_forms(&record.config_digest, record.config_size(), &record.sizes());
    stock.plain_manifests.extend(forms);
    stock.recipes.extend(store.recipe_costs(&record.image));
    for layer in &record.layers {
        if !stock.layers.contains_key(&layer.id) {
            let stocked = StockedLayer {
                size: layer.size,
                packed: store.packed_length(&layer.id),
                has_index: store.has_index(&layer.id),
            };
            stock.layers.insert(layer.id.clone(), stocked);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::stock;
    use crate::model::fleet::Stock;
    use crate::ops::export::exports_tests::{Scene, small};

    #[tokio::test]
    async fn an_image_that_was_taken_in_is_in_stock_with_all_that_a_plan_wants_to_know() {
        let scene = Scene::new(small(), 1000);
        let store = scene.exports.store();
        assert_eq!(stock(store).layers, Stock::default().layers);
        scene
            .exports
            .prepare(&scene.image, &scene.reference)
            .await
            .unwrap();
        let stock = stock(store);
        let packed = stock.packed(&scene.all()).unwrap();
        assert!(stock.is_base(&scene.image.layers));
        assert_eq!(
            (packed, Some(packed)),
            (
                stock.bytes,
                scene.exports.packed_size(&scene.all()).await.unwrap()
            )
        );
        assert!(!stock.plain_manifests.is_empty());
    }
}
