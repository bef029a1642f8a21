function Get-HvoDataFolder {
    <#
    .SYNOPSIS
        Returns the folders of images and machines that the agent's agent.json allows, each once.
    .PARAMETER AgentPath
        Folder of the agent.
    .OUTPUTS
        Strings: full paths.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $AgentPath
    )
    $file = [System.IO.Path]::Combine($AgentPath, 'agent.json')
    if (-not [System.IO.File]::Exists($file)) {
        throw ("$file does not exist: the agent works in no folder without it. Write it first, for example " +
            '{"allowed_roots": {"images": ["D:\\DiskImages"], "machines": ["D:\\VMs"]}}')
    }
    $allowed = (ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($file))).allowed_roots
    $lists = if ($allowed -is [System.Management.Automation.PSCustomObject]) { $allowed.images, $allowed.machines } else { , $allowed }
    $seen = @()
    foreach ($list in $lists) {
        foreach ($root in @($list)) {
            if ($root -and $seen -notcontains $root) {
                $seen += $root
                [string]$root
            }
        }
    }
}
