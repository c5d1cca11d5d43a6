#!/bin/sh
# Brings one Compose project from its build to a pin, by its host alone: from the hold of its images to the clean-up, or back.
# It needs what a restart by Compose needs, and has a journal of the same kind, so a boot, a console or the daily run takes it up.
#
#   launch DIR transact|recover, transact DIR, recover DIR, follow DIR LINE SECONDS, abort DIR: as in a restart
#
# Journal: plan; services (`SERVICE up|down CONTAINER NAME IMAGE BUILT-AS`), copies (`SERVICE CONTAINER VOLUME NAME PATH`), images
# (`ID TAG PIN`); file.old, file.new, file.back, env.new and, where there was an env file, env.old, all in base64; config-files and
# env-files (as Compose is told); made, stopping, writing, upping, abort, failed, failed.log, is-back, committed, ended, runner.N, status, said.
# Until the new containers are up, nothing but a copy was made: the old ones start again as they were. After that, the way back is
# file.back: the build, with the volumes that were copied under their new names, for what was written since is in those.
# shellcheck disable=SC2015,SC2030,SC2031,SC2034 # `a && b || c` where b cannot fail; what a pipeline changes is meant to be lost
set -u
umask 077
export LC_ALL=C
PATH=$PATH:/usr/local/bin:/usr/sbin:/sbin
at_most=$(! command -v timeout >/dev/null 2>&1 || echo timeout 3600) # seconds: a service may take long to stop
