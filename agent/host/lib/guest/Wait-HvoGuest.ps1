function Wait-HvoGuest {
    <#
    .SYNOPSIS
        Polls the guest until a condition is met, or until the launch's wait_seconds are over.
    .DESCRIPTION
        Until gets what Read-HvoGuest returns, and returns whether the condition is met.
    .OUTPUTS
        Object: what Read-HvoGuest returned last.
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
