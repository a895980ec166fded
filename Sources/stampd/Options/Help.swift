// SPDX-License-Identifier: Apache-2.0

/// The text of `stampd --help`; docs/reference/stampd.md says the same at length.
enum Help {
    static let text = """
        stampd: an isolated signer. It owns an embedded P-256 key, opens the credential bundles
        encrypted to it, and stamps what its clients hand it.

        usage: stampd [--socket-directory DIR] [OPTION ...]

        It listens at the sockets that a service manager passes, named control (who may
        inject, end, lock), stamp and stamp-NAME (who may stamp), deliver (who carries a
        fleet's cards and parcels). Their files' permissions decide which users it serves.
        With --socket-directory it binds DIR/stamp.sock and DIR/control.sock itself, mode
        0600, and serves its own user and root. DIR must be there, and be writable by its
        owner alone.

          --socket-directory DIR             where the sockets are made
          --stamp-socket NAME                also DIR/stamp-NAME.sock, for rules of its own; up to 16 times
          --deliver-socket                   also DIR/deliver.sock, for the courier of a fleet
          --deliver-group GID                open DIR/deliver.sock to this group too: mode 0660
          --frame-id NAME                    the frame's name in its fleet; or what it is made of:
          --machine-id HEX                   the machine's id (%m in a unit)
          --instance NAME                    and the unit's instance (%i in a unit)
          --configuration FILE               a JSON file, read at start and on SIGHUP; an option here
                                             wins over it
          --check-configuration FILE         only print ok, or the faults of that file
          --maximum-expiration-seconds N     the longest session that may be asked for (86400)
          --maximum-sessions N               sessions alive at once, 1 to 64 (64)
          --maximum-message-bytes N          the longest call (1048576)
          --maximum-nesting N                objects and arrays inside one another in a call (32)
          --maximum-reading-bytes N          unfinished calls in all (33554432)
          --maximum-connections N            connections in all (768)
          --maximum-connections-per-user N   connections of one account (512)
          --reserved-connections N           of all, kept for root and control.sock (32)
          --message-timeout-seconds N        a call must be whole in (2)
          --idle-timeout-seconds N           a connection without a call ends after (300)
          --drain-timeout-seconds N          a stop waits for calls on their way (2)
          --exit-on-idle SECONDS             end when no peer was connected for so long, and no key
                                             or lock would be missed
          --keep-state                       outlive restarts and crashes, held by the service manager
          --boot-id HEX                      names this boot; needed with --keep-state (%b in a unit)
          --maximum-stamps-per-second N      of one account, 0 for no limit (1000)
          --journal-socket PATH              where the audit's records go (the journal's own socket)
          --memory-limit BYTES               what peers may make the frame hold: MemoryMax= of the unit
          --allow-unlocked-memory            start where memory cannot be locked: keys may reach swap
          --require-sandbox                  do not start without Landlock and a seccomp filter
          --version                          print the version
          -h, --help                         print this

        Signals: SIGTERM and SIGINT answer what was accepted and end it; SIGHUP reads the
        configuration again, and without one ends it too; SIGUSR1 destroys the embedded key and
        every credential, and goes on.

        Exit codes: 0 ended by a signal, or idle; 64 wrong usage; 69 the sockets' names are taken;
        71 the system refused something; 77 the directory is not safe; 78 the configuration, or what
        the service manager passed, is not what a frame takes.

        Try it:  mkdir -m 0700 /tmp/frame && stampd --socket-directory /tmp/frame
        """
}

extension Options.Failure {
    var message: String {
        switch self {
        case .unknown(let name): "there is no option \(name)"
        case .repeated(let name): "\(name) is given twice"
        case .missingValue(let name): "\(name) needs a value"
        case .unexpected(let argument): "there is no place for '\(argument)'"
        case .invalid(let option, let takes): "\(option) takes \(takes)"
        case .conflict(let conflict): conflict.message(naming: \.optionName)
        case .invalidBootId: "--boot-id takes 32 lower-case hex digits, as %b in a unit gives them"
        case .keepStateWithoutBootId: "--keep-state needs --boot-id HEX"
        case .bootIdWithoutKeepState: "--boot-id goes with --keep-state"
        case .relativeConfiguration: "--configuration takes an absolute path, in a directory of its own"
        case .twoConfigurations: "--check-configuration goes without --configuration"
        case .invalidStampSocket: "--stamp-socket takes a name of 1 to 64 of a-z 0-9 . _ -"
        case .tooManyStampSockets: "--stamp-socket is given more than \(Options.maximumStampSockets) times"
        case .stampSocketWithoutDirectory: "--stamp-socket goes with --socket-directory"
        case .deliverSocketWithoutDirectory: "--deliver-socket goes with --socket-directory"
        case .invalidDeliverGroup: "--deliver-group takes the number of a group (getent group NAME)"
        case .deliverGroupWithoutSocket: "--deliver-group goes with --deliver-socket"
        case .invalidFrameId: "--frame-id takes 1 to 64 of a-z 0-9 . _ -, the first a letter or a digit"
        case .invalidMachineId: "--machine-id takes 32 lower-case hex digits, as %m in a unit gives them"
        case .invalidInstance:
            "--instance takes at most \(FrameIdentity.maximumInstanceByteCount) bytes of printable ASCII without spaces"
        case .halfAnInstance: "--machine-id and --instance go together"
        case .twoFrameIds: "--frame-id goes without --machine-id and --instance"
        }
    }
}
