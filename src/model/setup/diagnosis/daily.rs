//! What a host does alone every day: whether something runs it there, and whether it was run.

use crate::model::fleet::Host;
use crate::model::setup::examination::Cron;
use crate::model::setup::{Before, Examination, Finding, Init, Level, Piece, Purpose, pieces, prune_path};
use jiff::SignedDuration;
use std::time::Duration;

/// A prune that was not run for so long was missed: cron runs it every day.
const OVERDUE: Duration = Duration::from_hours(50);

/// A prune that is there for so long was due once: a day, and what cron or a timer may wait beyond it.
const FIRST_RUN: Duration = Duration::from_hours(26);

/// What hinders cron from its daily work, with what mends it.
struct Hindrance {
    level: Level,
    cause: &'static str,
    advice: String,
}

/// Who runs the prune, and on a host without systemd the hook.
pub(super) fn cron(host: &Host, told: &Examination) -> Option<Finding> {
    let system = &told.system;
    if (system.cron, system.init) == (Cron::Simple, Init::Other) {
        return Some(Finding::new(
            Level::Problem,
            "cron",
            "its cron reads neither /etc/cron.d nor what is to be done at a boot: nothing takes up a restart after a boot",
            "install Debian's cron or cronie in the place of busybox crond",
        ));
    }
    let hindrance = of_cron(host, told)?;
    let what = match (system.init, hindrance.level) {
        (Init::Other, Level::Problem) => "neither the prune nor the recovery after a boot is run",
        _ => "the prune is not run",
    };
    let found = format!("{}: {what}", hindrance.cause);
    Some(Finding::new(hindrance.level, "cron", found, hindrance.advice))
}

fn of_cron(host: &Host, told: &Examination) -> Option<Hindrance> {
    let hindrance = |level, cause, advice| Hindrance { level, cause, advice };
    let system = &told.system;
    match system.cron {
        // There it is a timer that runs the prune.
        Cron::Missing if system.init == Init::Systemd => None,
        Cron::Missing => Some(hindrance(
            Level::Problem,
            "there is no cron",
            format!(
                "`apt-get install cron` there, or what brings one, then `tagboat host update {}`",
                host.name
            ),
        )),
        Cron::Installed => Some(hindrance(
            Level::Problem,
            "cron is installed and does not run",
            match system.init {
                Init::Systemd => "`systemctl enable --now cron` there".to_owned(),
                Init::Other => {
                    "start it there with `service cron start`, and have it start at every boot".to_owned()
                }
            },
        )),
        Cron::Runs | Cron::Simple if !system.has_daily_cron => Some(hindrance(
            Level::Warning,
            "nothing runs what is in /etc/cron.daily",
            "add the line of your system for /etc/cron.daily to /etc/crontab there".to_owned(),
        )),
        Cron::Runs | Cron::Simple => None,
    }
}

/// Whether the prune does its daily work.
pub(super) fn prune(host: &Host, told: &Examination) -> Option<Finding> {
    let state = &host.settings.profile.paths.state;
    if told.prune.is_disabled {
        return Some(Finding::new(
            Level::Note,
            "prune",
            "it is switched off on the host: nothing removes old tags by itself",
            format!("`rm {state}/prune.disabled` there switches it on"),
        ));
    }
    // That it is missing is told with the other pieces; one that was put there lately has its first run before it.
    let there = told.prune.there.filter(|there| *there > FIRST_RUN)?;
    let found = match told.prune.ran {
        None => format!(
            "it has never run, although it is there since {}",
            moment(told, there)
        ),
        Some(ran) if ran > OVERDUE => format!("it was last run {} days ago", ran.as_secs() / 86_400),
        Some(_) => return None,
    };
    let (found, advice) = match why_not(host, told) {
        Some((cause, advice)) => (format!("{found}: {cause}"), advice),
        None => (found, unknown(host, told)),
    };
    Some(Finding::new(Level::Warning, "prune", found, advice))
}

/// So long before the examination, as a time.
fn moment(told: &Examination, ago: Duration) -> String {
    let ago = SignedDuration::try_from(ago).unwrap_or(SignedDuration::MAX);
    let since = told.at.checked_sub(ago).unwrap_or(told.at);
    since.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// Why nothing runs the prune, and what mends it, where that is to be seen.
fn why_not(host: &Host, told: &Examination) -> Option<(String, String)> {
    if let Some(hindrance) = of_cron(host, told) {
        return Some((hindrance.cause.to_owned(), hindrance.advice));
    }
    let made = pieces(&host.settings.profile, &told.system);
    made.iter().find_map(|(piece, _)| {
        let before = told.at(&piece.question())?;
        let cause = match (piece, before) {
            (Piece::Enabled { unit, purpose, .. }, _)
                if *purpose == Purpose::PruneTimer && !before.is(piece) =>
            {
                format!("{unit} is {}", before.words(piece))
            }
            (Piece::File { purpose, .. }, Before::File { owned, .. })
                if *purpose == Purpose::Prune && owned.mode.0 & 0o111 == 0 =>
            {
                "its file may not be executed".to_owned()
            }
            _ => return None,
        };
        Some((cause, format!("tagboat host doctor {} --fix", host.name)))
    })
}

/// Where to look when nothing is to be seen that hinders it.
fn unknown(host: &Host, told: &Examination) -> String {
    let profile = &host.settings.profile;
    let runner = match (told.system.cron, told.system.init) {
        (Cron::Missing, Init::Systemd) => "`systemctl status tagboat-prune.timer tagboat-prune.service`",
        _ => "`run-parts --test /etc/cron.daily` and the log of cron",
    };
    format!(
        "look at {runner} there, and at {}/prune.log; `{}` runs it now",
        profile.paths.state,
        prune_path(profile)
    )
}
