function Lock-HvoMachine {
    <#
    .SYNOPSIS
        Takes the machine's lock and finds out whether this launch may still work on it.
    .DESCRIPTION
        Fails with Superseded for a machine that was removed (unless this is a removal) and for a launch that is older
        than the journal; returns pending HostBusy where another process has the lock. The tombstone is looked at before
        the folder is made and again under the lock: a removal writes it first and takes the folder away afterwards.
    .OUTPUTS
        The lock to be disposed of; null for a removal of a machine that has no folder.
    #>
    [CmdletBinding()]
    [OutputType([System.IO.FileStream])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $removal = $Context.SchemaId -eq 'vm-removal'
    if (-not $removal) { Assert-HvoNoTombstone -Context $Context }
    if (-not [System.IO.Directory]::Exists($Context.Folder)) {
        $null = [System.IO.Directory]::CreateDirectory($Context.Machines)
        if ($removal) { Write-HvoTombstone -Context $Context }
        if ($removal -and -not [System.IO.Directory]::Exists($Context.Folder)) { return $null }
        $null = [System.IO.Directory]::CreateDirectory($Context.Folder)
    }
    if (Test-HvoReparsePoint $Context.Folder) {
        Stop-HvoLaunch -Code PathNotAllowed -Message ("The machine's folder $($Context.Folder) is a link to somewhere else. " +
            'The agent makes none such: find out who did, and remove it.')
    }
    $lock = Open-HvoLockFile -Path $Context.LockPath
    if ($null -eq $lock) { Suspend-HvoLaunch -Reason HostBusy -Message 'Another process is working on this machine.' }
    try {
        if (-not $removal) { Assert-HvoNoTombstone -Context $Context }
        $Context.Journal = Read-HvoJournal -Path $Context.JournalPath
        Assert-HvoNotSuperseded -Context $Context
        if ($removal) { Write-HvoTombstone -Context $Context }
    } catch {
        $lock.Dispose()
        if (-not $removal) { Remove-HvoEmptyMachineFolder -Context $Context }
        throw
    }
    return $lock
}
