# Dot-sourced by the tests. Defines the functions of the scripts that the ISO ships, as they are built, and after them the
# fakes, which replace the functions of the platform. $guest is the folder with the sources.
$repository = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', '..', '..', '..'))
$guest = [System.IO.Path]::Combine($repository, 'agent', 'guest', 'windows')

function Get-BuiltFile {
    <#
    .SYNOPSIS
        Returns the files of the ISO as a table of path to text. They are built once per process.
    #>
    if (Test-Path -Path variable:global:HvoBuiltFiles) { return $global:HvoBuiltFiles }
    $python = @([System.IO.Path]::Combine($repository, '.venv', 'bin', 'python'), 'python3', 'python' |
            Where-Object { Get-Command -Name $_ -ErrorAction SilentlyContinue })[0]
    $folder = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "hvo-guest-$([Guid]::NewGuid())")
    try {
        & $python ([System.IO.Path]::Combine($repository, 'tools', 'isos.py')) --files --output $folder windows
        if ($LASTEXITCODE -ne 0) { throw 'tools/isos.py has failed.' }
        $files = [ordered]@{}
        foreach ($file in Get-ChildItem -LiteralPath "$folder/windows" -Recurse -File) {
            $name = $file.FullName.Substring("$folder/windows/".Length).Replace('\', '/')
            $files[$name] = [System.IO.File]::ReadAllText($file.FullName)
        }
    } finally {
        if (Test-Path -LiteralPath $folder) { Remove-Item -LiteralPath $folder -Recurse }
    }
    $global:HvoBuiltFiles = $files
    $files
}

function Get-DefinedFunction {
    <#
    .SYNOPSIS
        Returns the syntax trees of the functions that a script defines.
    #>
    param([string] $Text)
    $tree = [System.Management.Automation.Language.Parser]::ParseInput($Text, [ref]$null, [ref]$null)
    $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.FunctionDefinitionAst] }, $false)
}

function Get-BuiltFunction {
    <#
    .SYNOPSIS
        Returns the text of the named functions of the built scripts, or of all of them.
    #>
    param([string[]] $Name = @())
    $texts = [ordered]@{}
    foreach ($text in (Get-BuiltFile).Values) {
        if ($text -cnotmatch '(?m)^#region functions') { continue }
        foreach ($function in Get-DefinedFunction $text) { $texts[$function.Name] = $function.Extent.Text }
    }
    if (-not $Name) { $Name = @($texts.Keys) }
    $found = foreach ($one in $Name) { if ($texts.Contains($one)) { $texts[$one] } else { throw "No built script has $one." } }
    $found -join "`n"
}

function Export-BuiltScript {
    <#
    .SYNOPSIS
        Writes a built script without the functions of the platform, so that it calls the fakes of whoever runs it.
    #>
    param([string] $Name, [string] $Path)
    $text = (Get-BuiltFile)[$Name]
    $fakes = (Get-DefinedFunction ([System.IO.File]::ReadAllText("$PSScriptRoot/FakePlatform.ps1"))).Name
    $functions = @(Get-DefinedFunction $text)
    [Array]::Reverse($functions)
    foreach ($function in $functions) {
        if ($fakes -cnotcontains $function.Name) { continue }
        $start = $function.Extent.StartOffset
        $text = $text.Remove($start, $function.Extent.EndOffset - $start)
    }
    [System.IO.File]::WriteAllText($Path, $text)
}

. ([scriptblock]::Create((Get-BuiltFunction)))
foreach ($name in 'FakeMachine', 'FakePlatform', 'FakeWindows', 'FakeHost') { . "$PSScriptRoot/$name.ps1" }
# The commands that Windows generates from CIM classes are functions of script modules: they do not see the preferences of the
# guest's scripts, so these are functions of a module, too.
Import-Module -Name "$PSScriptRoot/FakeNetwork.psm1" -Force -Global
