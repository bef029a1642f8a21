function Remove-HvoMachineFolder {
    <#
    .SYNOPSIS
        Deletes a machine's folder with its content, the lock last.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    foreach ($entry in [System.IO.Directory]::GetFileSystemEntries($Context.Folder)) {
        if (Test-HvoSamePath -Path $entry -Other $Context.LockPath) { continue }
        Remove-HvoEntry -Path $entry
    }
    if ($null -ne $Context.Lock) { $Context.Lock.Dispose() }
    [System.IO.File]::Delete($Context.LockPath)
    [System.IO.Directory]::Delete($Context.Folder)
}
