//! Prints screens for the eye: `SHOW="80x24 keys" cargo test --test console look -- --nocapture`.

use crate::{scenario, script};

#[test]
fn a_screen_can_be_looked_at() {
    let wanted = std::env::var("SHOW").unwrap_or_else(|_| "80x24 jj".to_owned());
    let (size, keys) = wanted.split_once(' ').unwrap_or((&wanted, ""));
    let (width, height) = size.split_once('x').unwrap();
    let mut state = scenario::busy((width.parse().unwrap(), height.parse().unwrap()));
    script::press(&mut state, keys);
    println!("{}", script::screen(&mut state));
}
