//! Adds up what an engine says of single layers, so that a publication or a pull has one number of bytes.

use crate::ops::ports::LayerNews;
use crate::ops::report::ByteCounter;
use std::collections::HashMap;

/// Bytes by layer.
#[derive(Default)]
pub(crate) struct LayerBytes(HashMap<String, (u64, u64)>);

impl LayerBytes {
    /// Takes what was said of a layer, and tells the sum of all.
    pub(crate) fn take(&mut self, news: LayerNews, counter: &ByteCounter) {
        let (done, total) = self.add(news);
        counter.expect(total);
        counter.set(done);
    }

    fn add(&mut self, news: LayerNews) -> (u64, u64) {
        let (done, total) = self.0.entry(news.layer).or_default();
        // An engine begins a layer anew after a cut, and does not count back.
        *done = (*done).max(news.done);
        *total = (*total).max(news.total.unwrap_or(news.done)).max(*done);
        if news.is_over {
            *done = *total;
        }
        let sum = |pick: fn(&(u64, u64)) -> u64| self.0.values().map(pick).sum::<u64>();
        (sum(|layer| layer.0), sum(|layer| layer.1))
    }

    /// All bytes that moved.
    pub(crate) fn moved(&self) -> u64 {
        self.0.values().map(|layer| layer.0).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::LayerBytes;
    use crate::ops::ports::LayerNews;

    #[test]
    fn layers_add_up_and_one_that_begins_anew_takes_nothing_back() {
        let mut bytes = LayerBytes::default();
        let mut add = |layer: &str, done, total| {
            bytes.add(LayerNews {
                layer: layer.to_owned(),
                done,
                total,
                is_over: false,
            })
        };
        assert_eq!(add("a", 10, Some(100)), (10, 100));
        assert_eq!(add("b", 5, None), (15, 105));
        assert_eq!(add("a", 2, Some(100)), (15, 105));
        assert_eq!(add("b", 50, Some(60)), (60, 160));
        let end = LayerNews {
            layer: "a".to_owned(),
            done: 0,
            total: None,
            is_over: true,
        };
        assert_eq!(bytes.add(end), (150, 160));
        assert_eq!(bytes.moved(), 150);
    }
}
