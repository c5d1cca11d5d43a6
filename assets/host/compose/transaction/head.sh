#!/bin/sh
# Restarts one session of a Compose project, by its host alone: from the hold of both images to the clean-up, or back.
# It changes the pin in the project's env file and lets Compose replace the container. It needs the docker CLI with Compose, and
# coreutils; dash and busybox sh run it. Its journal is DIR, written by restart/record.sh.
#
#   launch DIR transact|recover   one of these, detached from the login
#   transact DIR                  the whole of it; what fails is put back
#   recover DIR                   the rest, wherever a run ended: forwards after the commit, back before it
#   follow DIR LINE SECONDS       the status from LINE on, and whether more will come
#   abort DIR                     asks for the way back; after the commit it is too late
#
# Journal: plan, probe-command and probe-line (what to do), config-files and env-files (of the project), volumes (of the old container),
# old.json (the old container), env.old and env.new in base64 (the whole env file), made (nothing is touched before it is there),
# runner.N (who works on it), writing, upping, abort, failed, failed.log, committed, ended, status (`EPOCH STEP STATE DETAIL`),
# said (of a probe command, or of Compose).
# Containers are known by their ids: a name may change or be taken.
# shellcheck disable=SC2015,SC2030,SC2031 # `a && b || c` where b cannot fail; what a pipeline changes is meant to be lost
set -u
umask 077
export LC_ALL=C
PATH=$PATH:/usr/local/bin:/usr/sbin:/sbin
at_most=$(! command -v timeout >/dev/null 2>&1 || echo timeout 3600) # seconds: a service may take long to stop
