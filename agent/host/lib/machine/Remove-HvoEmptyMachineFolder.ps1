function Remove-HvoEmptyMachineFolder {
    <#
    .SYNOPSIS
        Deletes a machine's folder if it holds only the lock.
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
        Write-HvoLog -Message "The empty folder $($Context.Folder) could not be deleted: $($_.Exception.Message)"
    }
}
