function Read-HvoAllowedRoot {
    <#
    .SYNOPSIS
        Returns allowed_roots of the host's agent.json: the folders that the agent may work in.
    .DESCRIPTION
        An administrator writes the file: {"allowed_roots": ["D:\\DiskImages", "D:\\VMs"]}. Without it no folder is
        allowed.
    .OUTPUTS
        Strings: full paths.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $AgentRoot
    )
    $file = Join-Path $AgentRoot 'agent.json'
    if (-not [System.IO.File]::Exists($file)) {
        Stop-HvoLaunch -Code PathNotAllowed -Message "The host allows no folder: $file does not exist."
    }
    try {
        $settings = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($file))
        $roots = @(Get-HvoProperty $settings 'allowed_roots')
        foreach ($root in $roots) {
            if (-not ($root -is [string]) -or -not [System.IO.Path]::IsPathRooted($root)) { throw 'not a full path' }
        }
    } catch {
        Stop-HvoLaunch -Code PathNotAllowed -Message "The host's $file is not JSON with full paths in allowed_roots."
    }
    return $roots
}
