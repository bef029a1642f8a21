function Open-HvoLockFile {
    <#
    .SYNOPSIS
        Takes a lock: an exclusive handle of a file. Returns the handle, or null if another process holds it.
    .DESCRIPTION
        The handle goes with the process, so a killed one leaves nothing locked. A look at the lock by an inventory holds
        the file for an instant, which is why it is tried for a while.
    .OUTPUTS
        FileStream to be disposed of, or null.
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
