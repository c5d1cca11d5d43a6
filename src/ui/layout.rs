//! From the size of the window to its regions: a pure function with five classes.

use crate::model::console::Size;
use ratatui::layout::Rect;

/// How much fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SizeClass {
    /// Below 40x10: only what is needed to make it larger or to leave.
    TooSmall,
    /// From 40x10: a list and a status line.
    Minimal,
    /// From 60x20: with a header and hints.
    Compact,
    /// From 80x24: with a jobs strip.
    Normal,
    /// From 160x40: with the details beside the list.
    Wide,
}

impl SizeClass {
    /// The class of a size.
    pub fn of(size: Size) -> Self {
        let fits = |width, height| size.width >= width && size.height >= height;
        if !size.is_enough() {
            Self::TooSmall
        } else if fits(160, 40) {
            Self::Wide
        } else if fits(80, 24) {
            Self::Normal
        } else if fits(60, 20) {
            Self::Compact
        } else {
            Self::Minimal
        }
    }
}

/// Where everything is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Regions {
    /// How much fits.
    pub class: SizeClass,
    /// What the fleet is like, in one line.
    pub header: Rect,
    /// The tabs of the screens.
    pub tabs: Rect,
    /// The list, or the details over it.
    pub body: Rect,
    /// The details beside the list.
    pub side: Option<Rect>,
    /// Running jobs, one line each.
    pub strip: Rect,
    /// A message, or what is shown of the list.
    pub status: Rect,
    /// What the keys do.
    pub hints: Rect,
}

/// Divides the window; `jobs` is how many jobs run.
pub fn regions(area: Rect, jobs: usize) -> Regions {
    let class = SizeClass::of(Size {
        width: area.width,
        height: area.height,
    });
    let jobs = u16::try_from(jobs.min(3)).unwrap_or(3);
    let (header, strip, hints) = match class {
        SizeClass::TooSmall | SizeClass::Minimal => (0, 0, 0),
        SizeClass::Compact => (1, jobs.min(1), 1),
        SizeClass::Normal | SizeClass::Wide => (1, jobs, 1),
    };
    let mut y = area.y;
    let mut take = |height: u16| {
        let height = height.min(area.bottom().saturating_sub(y));
        let rect = Rect::new(area.x, y, area.width, height);
        y += height;
        rect
    };
    let header = take(header);
    let tabs = take(1);
    let foot = strip + 1 + hints;
    let body_height = area.height.saturating_sub(header.height + tabs.height + foot);
    let whole = take(body_height);
    let (body, side) = match class {
        SizeClass::Wide => {
            let list = area.width * 11 / 20;
            let body = Rect { width: list, ..whole };
            let side = Rect {
                x: whole.x + list + 1,
                width: whole.width - list - 1,
                ..whole
            };
            (body, Some(side))
        }
        _ => (whole, None),
    };
    Regions {
        class,
        header,
        tabs,
        body,
        side,
        strip: take(strip),
        status: take(1),
        hints: take(hints),
    }
}

#[cfg(test)]
mod tests {
    use super::{SizeClass, regions};
    use ratatui::layout::Rect;

    #[test]
    fn each_size_has_its_class() {
        for (width, height, class) in [
            (1, 1, SizeClass::TooSmall),
            (39, 50, SizeClass::TooSmall),
            (40, 10, SizeClass::Minimal),
            (60, 20, SizeClass::Compact),
            (80, 24, SizeClass::Normal),
            (160, 40, SizeClass::Wide),
            (500, 200, SizeClass::Wide),
        ] {
            assert_eq!(regions(Rect::new(0, 0, width, height), 0).class, class);
        }
    }

    #[test]
    fn the_regions_fill_every_window_without_overlap() {
        for (width, height) in [
            (0, 0),
            (1, 1),
            (40, 10),
            (60, 20),
            (80, 24),
            (160, 45),
            (500, 200),
        ] {
            let area = Rect::new(0, 0, width, height);
            for jobs in 0..5 {
                let r = regions(area, jobs);
                let rows = [r.header, r.tabs, r.body, r.strip, r.status, r.hints];
                let sum: u16 = rows.iter().map(|rect| rect.height).sum();
                assert_eq!(sum, height, "{width}x{height} with {jobs} jobs");
                assert!(rows.iter().all(|rect| rect.bottom() <= area.bottom()));
            }
        }
    }
}
