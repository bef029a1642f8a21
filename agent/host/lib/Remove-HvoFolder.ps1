function Remove-HvoFolder {
    <#
    .SYNOPSIS
        Deletes a machine's folder with everything in it; the lock last, and let go of only then.
    #>
    param([Parameter(Mandatory = $true)] [hashtable] $Context)
    foreach ($entry in [System.IO.Directory]::GetFileSystemEntries($Context.Folder)) {
        if (Test-HvoSamePath $entry $Context.LockPath) { continue }
        if (Test-HvoReparsePoint $entry) {
            (Get-Item -LiteralPath $entry -Force).Delete()
        } elseif ([System.IO.Directory]::Exists($entry)) {
            [System.IO.Directory]::Delete($entry, $true)
        } else {
            [System.IO.File]::Delete($entry)
        }
    }
    if ($null -ne $Context.Lock) { $Context.Lock.Dispose() }
    [System.IO.File]::Delete($Context.LockPath)
    [System.IO.Directory]::Delete($Context.Folder)
}
