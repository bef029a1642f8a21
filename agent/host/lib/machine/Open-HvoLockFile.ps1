function Open-HvoLockFile {
    <#
    .SYNOPSIS
        Takes a lock by opening a file exclusively. Returns the handle, or null if another process holds the lock.
    .DESCRIPTION
        The handle is closed with its process, so a killed process leaves no lock. An inventory opens the file for an
        instant to test the lock, hence the retries.
    .OUTPUTS
        FileStream to dispose of, or null.
    #>
    [CmdletBinding()]
    [OutputType([System.IO.FileStream])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter()] [int] $WaitMilliseconds = 1000
    )
    $ends = [DateTime]::UtcNow.AddMilliseconds($WaitMilliseconds)
    while ($true) {
        try {
            return [System.IO.File]::Open($Path, 'OpenOrCreate', 'ReadWrite', 'None')
        } catch {
            $cause = $_.Exception.GetBaseException()
            if (-not ($cause -is [System.IO.IOException]) -or $cause -is [System.IO.DirectoryNotFoundException]) { throw }
            if (Test-HvoDiskFull $cause) { throw }
            if ([DateTime]::UtcNow -ge $ends) { return $null }
            Start-Sleep -Milliseconds 100
        }
    }
}
