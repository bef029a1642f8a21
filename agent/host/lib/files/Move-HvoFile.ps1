function Move-HvoFile {
    <#
    .SYNOPSIS
        Renames a file in place of another: a reader, or a crash, finds the old file at the destination or the new one.
    .DESCRIPTION
        Retries for WaitSeconds while a virus scanner or a reader holds one of the files. With New it fails if the destination
        exists.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [string] $Destination,
        [Parameter()] [switch] $New,
        [Parameter()] [double] $WaitSeconds = 2
    )
    $ends = [DateTime]::UtcNow.AddSeconds($WaitSeconds)
    for ($pause = 50; ; $pause = [Math]::Min(2 * $pause, 1000)) {
        try {
            Rename-HvoFile -Path $Path -Destination $Destination -Overwrite:(-not $New)
            return
        } catch {
            if (-not (Test-HvoFileHeld -Exception $_.Exception.GetBaseException())) { throw }
            if ([DateTime]::UtcNow -ge $ends -or ($New -and [System.IO.File]::Exists($Destination))) { throw }
            Start-Sleep -Milliseconds $pause
        }
    }
}
