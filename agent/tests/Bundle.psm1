# The agent as tools/agent.py builds it: the tests run what ships. It is built once for a session of PowerShell.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$script:Repository = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', '..'))
$script:Bundle = $null
$script:Images = @{}

function Get-Python {
    <#
    .SYNOPSIS
        Returns the Python that builds what the tests need.
    #>
    @([System.IO.Path]::Combine($script:Repository, '.venv', 'bin', 'python'), 'python3', 'python' |
            Where-Object { Get-Command $_ -ErrorAction SilentlyContinue })[0]
}

function Get-AgentBundle {
    <#
    .SYNOPSIS
        Returns the built agent without its ISOs.
    .OUTPUTS
        Object: Files (hashtable of path in a version's folder to bytes), RolloutText (the text that the operator sends).
    #>
    if ($null -ne $script:Bundle) { return $script:Bundle }
    $folder = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), 'hvo-' + [Guid]::NewGuid().ToString('N'))
    $null = & (Get-Python) ([System.IO.Path]::Combine($script:Repository, 'tools', 'agent.py')) --without-isos --output $folder
    if ($LASTEXITCODE -ne 0) { throw 'tools/agent.py has failed.' }
    try {
        $prefix = [System.IO.Path]::Combine($folder, 'files').Length + 1
        $files = @{}
        foreach ($file in [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($folder, 'files'), '*', 'AllDirectories')) {
            $files[$file.Substring($prefix).Replace('\', '/')] = [System.IO.File]::ReadAllBytes($file)
        }
        $text = [System.IO.File]::ReadAllText([System.IO.Path]::Combine($folder, 'rollout.ps1'))
        $kit = [System.IO.File]::ReadAllText([System.IO.Path]::Combine($folder, 'first-contact.ps1'))
        $script:Bundle = [PSCustomObject]@{ Files = $files; RolloutText = $text; FirstContactText = $kit }
    } finally {
        [System.IO.Directory]::Delete($folder, $true)
    }
    $script:Bundle
}

function Install-Agent {
    <#
    .SYNOPSIS
        Writes the built agent into a folder.
    #>
    param([Parameter(Mandatory)] [string] $Path)
    $files = (Get-AgentBundle).Files
    foreach ($name in $files.Keys) {
        $file = [System.IO.Path]::Combine($Path, $name)
        $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($file))
        [System.IO.File]::WriteAllBytes($file, $files[$name])
    }
}

function Get-AgentFunction {
    <#
    .SYNOPSIS
        Returns the agent's functions as a script block to dot-source.
    #>
    [scriptblock]::Create([System.Text.Encoding]::ASCII.GetString((Get-AgentBundle).Files['Functions.ps1']))
}

function New-TestImage {
    <#
    .SYNOPSIS
        Writes a virtual disk into a file, by default one that a VM of generation 2 starts from; each kind is made once for a session.
    .PARAMETER Option
        Options of tests/hostsim/vhdx.py, such as '--style', 'MBR', '--no-efi'.
    .OUTPUTS
        Int: the file's length.
    #>
    param([Parameter(Mandatory)] [string] $Path, [string[]] $Option = @())
    $kind = "$Option"
    if (-not $script:Images.ContainsKey($kind)) {
        $file = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), 'hvo-' + [Guid]::NewGuid().ToString('N'))
        $null = & (Get-Python) ([System.IO.Path]::Combine($script:Repository, 'tests', 'hostsim', 'vhdx.py')) $file @Option
        if ($LASTEXITCODE -ne 0) { throw 'tests/hostsim/vhdx.py has failed.' }
        $script:Images[$kind] = [System.IO.File]::ReadAllBytes($file)
        [System.IO.File]::Delete($file)
    }
    [System.IO.File]::WriteAllBytes($Path, $script:Images[$kind])
    $script:Images[$kind].Length
}

Export-ModuleMember -Function *
