function Protect-HvoDataFolder {
    <#
    .SYNOPSIS
        Leaves a folder of images or machines to SYSTEM and Administrators, who own it; returns what was done.
    .DESCRIPTION
        A new folder of a volume has the volume's rights, with which every user may create files in it: disks of VMs, and images from
        which they are made. Rights that were given to an account by name stay, and are warned of. What Hyper-V gives each VM on its
        own files stays as well. A volume's root and the system's folders are refused.
    .PARAMETER Path
        The folder.
    .OUTPUTS
        String: what was done.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    if (-not [System.IO.Directory]::Exists($Path)) {
        Write-Warning -Message "$Path does not exist, so that its rights are not set. Create it and run this again."
        return
    }
    $ends = [char[]]'\/'
    $full = [System.IO.Path]::GetFullPath($Path).TrimEnd($ends)
    $shared = @($env:SystemRoot, $env:ProgramFiles, $env:ProgramData, $env:PUBLIC | Where-Object { $_ })
    $shared = @($shared | ForEach-Object { $_.TrimEnd($ends) })
    if ($full -cmatch '\A([A-Za-z]:)?\z' -or $shared -contains $full) {
        throw "$Path belongs to more than the operator: its rights are not changed. Give images and machines folders of their own."
    }
    $before = @(Get-HvoUntrustedWriter -Path $Path)
    if (-not $before.Count) { return "Only administrators can change $Path already." }
    $rights = '/inheritance:r', '/grant:r', '*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F'
    foreach ($change in $rights, @('/setowner', '*S-1-5-32-544')) {
        $said = @(icacls.exe $Path @change)
        if ($LASTEXITCODE -ne 0) { throw "icacls $Path $($change -join ' ') has failed: $($said -join ' ')" }
    }
    $left = @(Get-HvoUntrustedWriter -Path $Path)
    if ($left.Count) {
        Write-Warning -Message ("These may change $Path as well, because rights were given to them by name: $($left -join ', '). " +
            'Leave that to the account that jobs run as; icacls <folder> /remove:g *<SID> takes a right away.')
    }
    return "$Path inherits no rights now; SYSTEM and Administrators have it."
}
