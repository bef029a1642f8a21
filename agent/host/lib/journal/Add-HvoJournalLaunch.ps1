function Add-HvoJournalLaunch {
    <#
    .SYNOPSIS
        Notes in the journal that this launch has begun, which makes older ones superseded.
    .DESCRIPTION
        A new run starts the guest's deadline anew if its VM was started before.
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
