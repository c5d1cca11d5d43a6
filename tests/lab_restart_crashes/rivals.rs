//! Two consoles want the same session: exactly one restarts it, and the other one is told who does, and with which job.

use crate::headless::text;
use crate::scene::{Ended, GOOD, Scene};

#[test]
fn of_two_consoles_that_restart_a_session_at_once_one_does_and_the_other_is_told_who_and_which_job() {
    let scene = Scene::on("lab-1", "rivals", "--restart always");
    let other = scene.beside();
    for _ in 0..3 {
        scene.make(crate::scene::OLD);
        let start =
            |scene: &Scene, who: &str| scene.restart(GOOD).env("TAGBOAT_OPERATOR", who).spawn().unwrap();
        let (one, two) = (start(&scene, "ann@desk"), start(&other, "bob@desk"));
        let (one, two) = (one.wait_with_output().unwrap(), two.wait_with_output().unwrap());
        let codes = [one.status.code(), two.status.code()];
        let said = format!("{}\n{}", text(&one.stdout), text(&two.stdout));
        assert!(
            codes == [Some(0), Some(1)] || codes == [Some(1), Some(0)],
            "{codes:?}: {said}"
        );
        let (loser, winner, job) = if codes[0] == Some(0) {
            (&two, "ann@desk", scene.job().unwrap())
        } else {
            (&one, "bob@desk", other.job().unwrap())
        };
        let told = text(&loser.stdout);
        assert!(
            told.contains(winner) && told.contains(&format!("job {job}")),
            "{told}"
        );
        assert!(told.contains("Nothing was changed"), "{told}");
        scene.whole(Ended::Replaced, GOOD).unwrap();
    }
    scene.remove();
}

#[test]
fn a_restart_that_goes_on_without_its_console_is_not_disturbed_by_the_next_console() {
    let scene = Scene::on("lab-2", "rivals", "--restart always");
    let other = scene.beside();
    scene.make(crate::scene::OLD);
    scene.at_point("probe", "stand");
    let mut first = scene
        .restart(GOOD)
        .env("TAGBOAT_OPERATOR", "ann@desk")
        .spawn()
        .unwrap();
    scene.stands(&mut first).unwrap();
    crate::deaths::kill(&mut first);
    let job = scene.job().unwrap();
    let second = other.restart(crate::scene::BROKEN).output().unwrap();
    let told = text(&second.stdout);
    assert_ne!(second.status.code(), Some(0), "{told}");
    assert!(
        told.contains("ann@desk") && told.contains(&job),
        "{told}{}",
        text(&second.stderr)
    );
    scene.go_on();
    assert_eq!(scene.ended_alone().unwrap(), Ended::Replaced);
    assert_eq!(scene.resume().unwrap(), Ended::Replaced);
    scene.whole(Ended::Replaced, GOOD).unwrap();
    scene.remove();
}
