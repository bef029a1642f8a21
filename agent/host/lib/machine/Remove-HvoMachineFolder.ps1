function Remove-HvoMachineFolder {
    <#
    .SYNOPSIS
        Deletes a machine's folder with its content: the journal when everything else is gone, and the lock last.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $journal = @()
    foreach ($entry in [System.IO.Directory]::GetFileSystemEntries($Context.Folder)) {
        if (Test-HvoSamePath -Path $entry -Other $Context.LockPath) { continue }
        $own = (Test-HvoSamePath -Path $entry -Other $Context.JournalPath) -or
            (Test-HvoSamePath -Path $entry -Other "$($Context.JournalPath).new")
        if ($own) { $journal += $entry } else { Remove-HvoEntry -Path $entry }
    }
    foreach ($entry in $journal) { Remove-HvoEntry -Path $entry }
    if ($null -ne $Context.Lock) { $Context.Lock.Dispose() }
    [System.IO.File]::Delete($Context.LockPath)
    [System.IO.Directory]::Delete($Context.Folder)
}
