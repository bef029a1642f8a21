function Assert-HvoNotSuperseded {
    <#
    .SYNOPSIS
        Fails with Superseded if the journal has a newer launch, with NotOwned if the folder belongs to another cluster.
    .DESCRIPTION
        Attempts alone order launches: a resource that was restored from a backup begins with an older generation.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $journal, $run = $Context.Journal, $Context.Run
    if ($null -eq $journal) { return }
    if ($journal.cluster_uid -and $journal.cluster_uid -cne $run.cluster_uid) {
        Stop-HvoLaunch -Code NotOwned -Message ("The machine's folder $($Context.Folder) belongs to the Kubernetes cluster " +
            "$($journal.cluster_uid), not to $($run.cluster_uid).")
    }
    if ($run.attempt -le $journal.attempt) {
        Stop-HvoLaunch -Code Superseded -Message ("Launch $($run.attempt) of generation $($run.generation) is not newer than the last " +
            "one in the journal, launch $($journal.attempt) of generation $($journal.generation).")
    }
}
