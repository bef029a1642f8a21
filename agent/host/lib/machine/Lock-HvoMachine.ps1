function Lock-HvoMachine {
    <#
    .SYNOPSIS
        Takes the machine's lock, and checks that this launch may work on the machine.
    .DESCRIPTION
        Fails with Superseded for a machine with a tombstone (unless this is a removal) and for a launch older than the
        journal. Ends the launch as pending with HostBusy if another process has the lock. The tombstone is tested before
        the folder is created and again under the lock: a removal writes it before it deletes the folder.
    .OUTPUTS
        FileStream to dispose of; null for the removal of a machine without a folder.
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
        Stop-HvoLaunch -Code PathNotAllowed -Message "The machine's folder $($Context.Folder) is a link."
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
