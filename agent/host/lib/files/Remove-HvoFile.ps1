function Remove-HvoFile {
    <#
    .SYNOPSIS
        Deletes a file if it exists, also a read-only one; retries while a process has it open.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter()] [int] $WaitSeconds = 10
    )
    $ends = [DateTime]::UtcNow.AddSeconds($WaitSeconds)
    while ([System.IO.File]::Exists($Path)) {
        try {
            [System.IO.File]::SetAttributes($Path, [System.IO.FileAttributes]::Normal)
            [System.IO.File]::Delete($Path)
        } catch {
            if ([DateTime]::UtcNow -ge $ends) { throw }
            Start-Sleep -Milliseconds 250
        }
    }
}
