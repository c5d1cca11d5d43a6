//! How a session runs: limits, rights, devices, namespaces, logs (RF40-RF51).

use crate::before_and_after::{Restarted, has, on_each_store};
use crate::rig::Rig;

#[tokio::test]
async fn lab_rf40_to_rf51_limits_rights_devices_and_logs_are_kept() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "limits", &[]).await;
        let annotation = if has(&rig, "RF51", 43).await { "--annotation org.example.note=kept" } else { "" };
        rig.sh(&format!(
            "echo '{{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_ERRNO\"}}]}}' >/tmp/$S.json
             docker run -d --name $S --restart on-failure:3 --tty --interactive --init \
               --cap-add NET_ADMIN --cap-drop CHOWN --security-opt no-new-privileges --security-opt seccomp=/tmp/$S.json \
               --security-opt systempaths=unconfined --security-opt apparmor=unconfined \
               --device /dev/null:/dev/mynull --device /dev/zero:/dev/myzero:r --device-cgroup-rule 'c 42:* rmw' \
               --ulimit nofile=1000:2000 --ulimit core=0 --sysctl net.ipv4.ip_unprivileged_port_start=0 --shm-size 8m \
               --oom-score-adj 10 --pids-limit 100 --cpus 0.5 --cpu-shares 512 --cpuset-cpus 0 --cpuset-mems 0 \
               --memory 64m --memory-reservation 32m --memory-swap 128m --memory-swappiness 5 \
               --cgroup-parent /test-sessions --log-driver json-file --log-opt max-size=1m --log-opt max-file=3 \
               --add-host db:10.0.0.9 --dns 10.0.0.1 --dns-search example.org --dns-option ndots:3 --group-add 27 \
               --read-only --runtime runc --volume-driver local {annotation} convocate:v1.0.0 >/dev/null </dev/null
             rm /tmp/$S.json"
        ))
        .await;
        let inside = "docker exec $S sh -c 'grep -E \"^(Cap|NoNewPrivs|Seccomp:)\" /proc/1/status; cat /proc/1/oom_score_adj; grep -E \"open files|core file\" /proc/1/limits; id -G; ls -l /dev/mynull /dev/myzero | cut -c1-30; grep \"db$\" /etc/hosts; cat /etc/resolv.conf | grep -v ^#; mount | grep -E \" on /(proc|dev/shm)\" | sort; cat /proc/sys/net/ipv4/ip_unprivileged_port_start'; \
            for file in memory.limit_in_bytes memory.swappiness pids.max cpuset.cpus cpu.shares cpu.cfs_quota_us devices.list; do \
              echo $file $(cat /sys/fs/cgroup/*/test-sessions/$(docker inspect -f '{{.Id}}' $S)/$file); \
            done";
        let before = rig.sh(inside).await;
        let seen = Restarted::onto(&mut rig, "v1.0.0").await;
        assert_eq!(rig.sh(inside).await, before, "{host}: as the processes see it");
        for part in ["NoNewPrivs:\t1", "memory.limit_in_bytes 67108864", "pids.max 100", "ndots:3", "db"] {
            assert!(before.contains(part), "{host}: {part} in {before}");
        }
        seen.assert_kept(&[
            ("RF40", "/HostConfig/RestartPolicy/Name"),
            ("RF40", "/HostConfig/RestartPolicy/MaximumRetryCount"),
            ("RF41", "/Config/Tty"),
            ("RF41", "/Config/OpenStdin"),
            ("RF42", "/HostConfig/Init"),
            ("RF43", "/HostConfig/CapAdd"),
            ("RF43", "/HostConfig/CapDrop"),
            ("RF43 seccomp, AppArmor, no new rights", "/HostConfig/SecurityOpt"),
            ("RF44", "/HostConfig/Devices"),
            ("RF44", "/HostConfig/DeviceCgroupRules"),
            ("RF46", "/HostConfig/Ulimits"),
            ("RF46", "/HostConfig/Sysctls"),
            ("RF46", "/HostConfig/ShmSize"),
            ("RF46", "/HostConfig/OomScoreAdj"),
            ("RF46", "/HostConfig/PidsLimit"),
            ("RF46", "/HostConfig/NanoCpus"),
            ("RF46", "/HostConfig/CpuShares"),
            ("RF46", "/HostConfig/CpusetCpus"),
            ("RF46", "/HostConfig/CpusetMems"),
            ("RF46", "/HostConfig/Memory"),
            ("RF46", "/HostConfig/MemoryReservation"),
            ("RF46", "/HostConfig/MemorySwap"),
            ("RF46", "/HostConfig/MemorySwappiness"),
            ("RF47", "/HostConfig/CgroupParent"),
            ("RF48", "/HostConfig/LogConfig/Type"),
            ("RF48", "/HostConfig/LogConfig/Config/max-size"),
            ("RF48", "/HostConfig/LogConfig/Config/max-file"),
            ("RF49", "/HostConfig/ExtraHosts"),
            ("RF49", "/HostConfig/Dns"),
            ("RF49", "/HostConfig/DnsSearch"),
            ("RF49", "/HostConfig/DnsOptions"),
            ("RF49", "/HostConfig/GroupAdd"),
            ("RF50", "/HostConfig/ReadonlyRootfs"),
            ("RF45 runtime", "/HostConfig/Runtime"),
        ]);
        for key in ["AttachStdin", "AttachStdout", "AttachStderr", "StdinOnce"] {
            assert_eq!(seen.before["Config"][key], seen.after["Config"][key], "{host}: RF41 {key}");
        }
        for key in ["MaskedPaths", "ReadonlyPaths"] {
            assert_eq!(seen.after["HostConfig"][key], serde_json::json!([]), "{host}: RF50 {key}");
        }
        if !annotation.is_empty() {
            seen.assert_kept(&[("RF51", "/HostConfig/Annotations/org.example.note")]);
        }
        rig.clean().await;
    })
    .await;
}

#[tokio::test]
async fn lab_rf47_a_session_in_the_hosts_namespaces_stays_in_them() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "host-ns", &[]).await;
        rig.sh("docker run -d --name $S --pid host --uts host --userns host --cgroupns private --ipc host convocate:v1.0.0 >/dev/null")
            .await;
        let spaces = "for ns in pid uts user ipc; do readlink /proc/$(docker inspect -f '{{.State.Pid}}' $S)/ns/$ns; done";
        let before = rig.sh(spaces).await;
        let seen = Restarted::onto(&mut rig, "v1.0.0").await;
        assert_eq!(rig.sh(spaces).await, before, "{host}: RF47");
        seen.assert_kept(&[
            ("RF43", "/HostConfig/SecurityOpt"),
            ("RF47", "/HostConfig/PidMode"),
            ("RF47", "/HostConfig/UTSMode"),
            ("RF47", "/HostConfig/UsernsMode"),
            ("RF47", "/HostConfig/IpcMode"),
            ("RF47", "/HostConfig/CgroupnsMode"),
        ]);
        rig.clean().await;
    })
    .await;
}

/// A lab host may not give all rights away, and has no disk of its own: such a session is made there, but not started.
#[tokio::test]
async fn lab_rf41_rf43_rf46_what_a_lab_host_cannot_start_is_kept_of_a_stopped_session() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "not-started", &[]).await;
        rig.sh(
            "docker create --name $S --privileged --interactive --attach stdin --cap-add ALL --device-read-bps /dev/vda:1mb \
               --device-write-iops /dev/vda:100 --cpu-rt-runtime 0 --isolation default convocate:v1.0.0 >/dev/null",
        )
        .await;
        let seen = Restarted::onto(&mut rig, "v1.0.0").await;
        seen.assert_kept(&[
            ("RF41", "/Config/AttachStdin"),
            ("RF41", "/Config/StdinOnce"),
            ("RF43", "/HostConfig/Privileged"),
            ("RF43", "/HostConfig/CapAdd"),
            ("RF43", "/HostConfig/SecurityOpt"),
            ("RF47", "/HostConfig/Isolation"),
        ]);
        for key in ["BlkioDeviceReadBps", "BlkioDeviceWriteIOps"] {
            // Where the kernel cannot limit it, an engine takes none.
            let of = |container: &serde_json::Value| container["HostConfig"][key].clone();
            assert_eq!(of(&seen.before), of(&seen.after), "{host}: RF46 {key}");
            eprintln!("{host}: RF46 {key}: {}", of(&seen.before));
        }
        rig.clean().await;
    })
    .await;
}

/// Without a GPU and without its toolkit an engine takes such a session, but cannot start it: only what is asked for is seen.
#[tokio::test]
async fn lab_rf45_what_a_stopped_session_asks_of_gpus_is_kept() {
    on_each_store(async |host| {
        let mut rig = Rig::on(host, "gpus", &[]).await;
        rig.sh("docker create --name $S --gpus '\"device=0,1\",\"capabilities=compute,utility\"' convocate:v1.0.0 >/dev/null").await;
        let seen = Restarted::onto(&mut rig, "v1.0.0").await;
        seen.assert_kept(&[("RF45", "/HostConfig/DeviceRequests")]);
        eprintln!("{host}: RF45: not started: there is no GPU");
        rig.clean().await;
    })
    .await;
}
