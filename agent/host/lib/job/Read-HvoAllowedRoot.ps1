function Read-HvoAllowedRoot {
    <#
    .SYNOPSIS
        Returns allowed_roots of the host's agent.json: the folders in which images and machines may be.
    .DESCRIPTION
        An administrator writes the file: {"allowed_roots": {"images": ["D:\\DiskImages"], "machines": ["D:\\VMs"]}}. One list is for
        both. Without the file no folder is allowed. Fails with PathNotAllowed, also if a root of images is in one of machines or the
        reverse: a job could then name another machine's disk as its image.
    .OUTPUTS
        Hashtable: images and machines, each an array of full paths.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [string] $AgentRoot
    )
    $file = Join-Path $AgentRoot 'agent.json'
    if (-not [System.IO.File]::Exists($file)) {
        Stop-HvoLaunch -Code PathNotAllowed -Message "The host allows no folder: $file does not exist."
    }
    $roots = @{}
    try {
        $allowed = Get-HvoProperty (ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($file))) 'allowed_roots'
        $apart = $allowed -is [System.Management.Automation.PSCustomObject]
        foreach ($what in 'images', 'machines') {
            $roots[$what] = @(if ($apart) { Get-HvoProperty $allowed $what } else { $allowed })
            foreach ($root in $roots[$what]) {
                if (-not ($root -is [string]) -or -not [System.IO.Path]::IsPathRooted($root)) { throw 'not a full path' }
            }
        }
    } catch {
        Stop-HvoLaunch -Code PathNotAllowed -Message "The host's $file is not JSON with full paths in allowed_roots."
    }
    if ($apart) {
        foreach ($one in $roots.images) {
            foreach ($other in $roots.machines) { Assert-HvoSeparateFolder -Images $one -Machines $other -Where "allowed_roots of $file" }
        }
    }
    return $roots
}
