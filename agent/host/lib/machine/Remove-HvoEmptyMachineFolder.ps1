function Remove-HvoEmptyMachineFolder {
    <#
    .SYNOPSIS
        Takes a machine's folder away again if nothing but the lock is in it.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    try {
        $left = @([System.IO.Directory]::GetFileSystemEntries($Context.Folder))
        if ($left.Count -eq 1 -and $left[0] -eq $Context.LockPath) {
            [System.IO.File]::Delete($Context.LockPath)
            [System.IO.Directory]::Delete($Context.Folder)
        }
    } catch {
        Write-HvoLog -Message "The empty folder $($Context.Folder) stays: $($_.Exception.Message)"
    }
}
