function Remove-HvoOldTombstone {
    <#
    .SYNOPSIS
        Deletes tombstones that are older than 30 days.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Machines
    )
    $oldest = [DateTime]::UtcNow.AddDays(-30)
    $found = @([System.IO.Directory]::GetFiles($Machines, '*.removed')) + @([System.IO.Directory]::GetFiles($Machines, '*.removed.new'))
    foreach ($file in $found) {
        try {
            if ([System.IO.File]::GetLastWriteTimeUtc($file) -lt $oldest) { [System.IO.File]::Delete($file) }
        } catch {
            Write-HvoLog -Message "The old tombstone $file could not be deleted: $($_.Exception.Message)"
        }
    }
}
