function Read-HvoAllowedRoot {
    <#
    .SYNOPSIS
        Returns the folders that this host lets the agent work in: allowed_roots of agent.json in the agent's root.
    .DESCRIPTION
        The file is written by whoever prepares the host, never by a rollout: {"allowed_roots": ["D:\\DiskImages",
        "D:\\VMs"]}. Without it nothing is allowed.
    .OUTPUTS
        Strings: full paths.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $AgentRoot
    )
    $file = Join-Path $AgentRoot 'agent.json'
    $example = '{"allowed_roots": ["D:\\DiskImages", "D:\\VMs"]}'
    if (-not [System.IO.File]::Exists($file)) {
        Stop-HvoLaunch -Code PathNotAllowed -Message ("The host allows no folder: $file does not exist. Write it as an " +
            "administrator of the host, for example as $example.")
    }
    try {
        $settings = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($file))
        $roots = @(Get-HvoProperty $settings 'allowed_roots')
        foreach ($root in $roots) {
            if (-not ($root -is [string]) -or -not [System.IO.Path]::IsPathRooted($root)) { throw 'no full path' }
        }
    } catch {
        Stop-HvoLaunch -Code PathNotAllowed -Message "The host's $file cannot be read. It has to be JSON with full paths, as $example."
    }
    return $roots
}
