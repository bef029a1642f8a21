function Test-HvoVmNeverRegistered {
    <#
    .SYNOPSIS
        Returns whether what is left of a machine on this host shows that no VM was ever registered for it.
    .DESCRIPTION
        A journal does if its step RegisterVM never began and no VM is known or was lost. A folder without a journal does if
        it holds the lock alone and no removal came before this one, which may have deleted the rest.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    if ($Context.KnownIds.Count) { return $false }
    $journal = $Context.Journal
    if ($null -ne $journal) { return -not $journal.lost_vm_id -and $null -eq (Get-HvoProperty $journal.steps 'RegisterVM') }
    if ($Context.RemovedBefore -or -not [System.IO.Directory]::Exists($Context.Folder)) { return $false }
    foreach ($entry in [System.IO.Directory]::GetFileSystemEntries($Context.Folder)) {
        if (-not (Test-HvoSamePath -Path $entry -Other $Context.LockPath)) { return $false }
    }
    return $true
}
