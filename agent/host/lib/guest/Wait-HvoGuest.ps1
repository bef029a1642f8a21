function Wait-HvoGuest {
    <#
    .SYNOPSIS
        Looks at the guest until it is as wanted, no longer than the launch may wait.
    .DESCRIPTION
        Until gets what Read-HvoGuest returns and tells whether that is enough.
    .OUTPUTS
        What Read-HvoGuest returned last.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [scriptblock] $Until
    )
    $ends = [DateTime]::UtcNow.AddSeconds([Math]::Min(600, $Context.Run.wait_seconds))
    while ($true) {
        $guest = Read-HvoGuest -Context $Context
        if ((& $Until $guest) -or [DateTime]::UtcNow -ge $ends) { return $guest }
        Start-Sleep -Milliseconds 500
    }
}
