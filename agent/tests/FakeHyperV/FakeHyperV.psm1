# The Windows-only cmdlets at the agent's border, over the folder that HVO_FAKE_STATE names. README.md tells its format.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Numbers are those of the real enumerations: whoever serialises one without a cast gets a number here too.
# Microsoft's SdnDiagnostics module lists the words of VMState; the numbers from Hibernated on are this module's own.
enum VMState {
    Other = 1; Running = 2; Off = 3; Stopping = 4; Saved = 6; Paused = 9; Starting = 10; Reset = 11; Saving = 32773; Pausing = 32776
    Resuming = 32777; FastSaved = 32779; FastSaving = 32780; Hibernated = 40000; RunningCritical; OffCritical; StoppingCritical
    SavedCritical; PausedCritical; StartingCritical; ResetCritical; SavingCritical; PausingCritical; ResumingCritical
    FastSavedCritical; FastSavingCritical
}
enum VMIntegrationComponentOperationalStatus { Ok = 2; Error = 6; NoContact = 12; LostCommunication = 13 }
enum VMHeartbeatStatus { Unknown = 0; Disabled = 1; NoContact = 2; Error = 3; LostCommunication = 4; OkApplicationsUnknown = 5; OkApplicationsHealthy = 6; OkApplicationsCritical = 7; Paused = 8 }
enum VMReplicationMode { None = 0; Primary = 1; Replica = 2; TestReplica = 3; ExtendedReplica = 4 }
enum OnOffState { On = 0; Off = 1 }
enum VhdType { Unknown = 0; Fixed = 2; Dynamic = 3; Differencing = 4 }
enum VMNetworkAdapterVlanMode { Untagged = 0; Access = 1; Trunk = 2; Private = 3 }
enum ControllerType { IDE = 0; SCSI = 1; PMEM = 2 }

foreach ($folder in 'Private', 'Public') {
    foreach ($file in Get-ChildItem -LiteralPath (Join-Path $PSScriptRoot $folder) -Filter '*.ps1') {
        . $file.FullName
    }
}

$names = Get-ChildItem -LiteralPath (Join-Path $PSScriptRoot 'Public') -Filter '*.ps1' | ForEach-Object {
    [regex]::Matches([System.IO.File]::ReadAllText($_.FullName), '(?m)^function ([A-Za-z]+-[A-Za-z]+|[a-z]+\.exe)') |
        ForEach-Object { $_.Groups[1].Value }
}
if (-not (Test-FakeClusterFeature)) {
    # Without the feature the module FailoverClusters is not installed, and its cmdlets are unknown.
    $names = $names | Where-Object { $_ -notmatch '-Cluster' }
}
Export-ModuleMember -Function $names
