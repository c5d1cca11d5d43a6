#!/bin/sh
# Puts a Compose project on its host and starts it, by the host alone: from its files to the commit, or back to nothing of it.
# It needs what a restart by Compose needs, and has a journal of the same kind, so a boot, a console or the daily run takes it up.
#
#   launch DIR transact|recover, transact DIR, recover DIR, follow DIR LINE SECONDS, abort DIR: as in a restart
#
# Journal: plan; services (those that are started, a line each), volumes (those of its names that were there before), folders (those
# that are made for it, the innermost first); file.new and env.new and, where there were such files, file.old and env.old, all in
# base64; config-files and env-files (as Compose is told); containers (the ids of those that it has made, a line each); made,
# installing, upping, abort, failed, failed.log, is-back, committed, ended, runner.N, status, said.
# No container of the project is there when it begins, so those that appear while its Compose is at work are its own, and no others.
# shellcheck disable=SC2015,SC2030,SC2031,SC2034 # `a && b || c` where b cannot fail; what a pipeline changes is meant to be lost
set -u
umask 077
export LC_ALL=C
PATH=$PATH:/usr/local/bin:/usr/sbin:/sbin
at_most=$(! command -v timeout >/dev/null 2>&1 || echo timeout 3600) # seconds: a first start may take long
