function Add-HvoJournalLaunch {
    <#
    .SYNOPSIS
        Records this launch in the journal, which supersedes older ones.
    .DESCRIPTION
        A new run restarts the guest's deadline if its VM was started before.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $run = $Context.Run
    if ($null -eq $Context.Journal) {
        $Context.Journal = New-HvoJournal -MachineUid $run.machine_uid -ClusterUid $run.cluster_uid
    }
    $journal = $Context.Journal
    if ($journal.run_id -cne $run.id) {
        if ($null -ne $journal.started_at) { $journal.started_at = Get-HvoTimestamp }
        $journal.sealings = 0
    }
    $journal.run_id = $run.id
    $journal.generation = $run.generation
    $journal.attempt = $run.attempt
    $journal.state = 'running'
    $journal.reason = $null
    $journal.code = $null
    Save-HvoJournal -Context $Context
}
