BeforeDiscovery {
    $agent = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $scripts = foreach ($folder in 'guest/windows', 'jea') {
        foreach ($file in Get-ChildItem -LiteralPath "$agent/$folder" -Recurse -File) {
            if ($file.Extension -in '.ps1', '.psm1', '.psd1', '.psrc', '.pssc') {
                @{ Path = $file.FullName; Name = $file.FullName.Substring($agent.Length + 1).Replace('\', '/') }
            }
        }
    }
    $functions = $scripts | Where-Object { $_.Name -match '/(lib|functions)/.*\.ps1$' }
    $called = $functions | Where-Object { $_.Name -match '^guest/windows/lib/(?!platform/|prepare/)' }
    $entries = $scripts | Where-Object { $_.Name -match '\.ps1$' -and $_ -notin $functions }
}

BeforeAll {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    . "$PSScriptRoot/Fakes/Import-Guest.ps1"

    function Read-Tree {
        param([string] $Path)
        $problems = $null
        $tokens = $null
        $tree = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref]$tokens, [ref]$problems)
        @{ Tree = $tree; Tokens = $tokens; Problems = $problems }
    }

    function Find-Node {
        param($Tree, [string] $Kind)
        $Tree.FindAll({ $args[0].GetType().Name -eq $Kind }.GetNewClosure(), $true)
    }
}

Describe 'Every script' {
    It 'is ASCII, parses, and is short: <Name>' -ForEach $scripts {
        $text = [System.IO.File]::ReadAllText($Path)
        $text | Should -Not -Match '[^\x00-\x7F]'
        (Read-Tree $Path).Problems | Should -BeNullOrEmpty
        @($text -split "`n").Count | Should -BeLessThan 300
    }

    It 'uses no syntax that Windows PowerShell 5.1 lacks: <Name>' -ForEach $scripts {
        $read = Read-Tree $Path
        foreach ($kind in 'TernaryExpressionAst', 'PipelineChainAst') {
            Find-Node $read.Tree $kind | Should -BeNullOrEmpty
        }
        $kinds = @($read.Tokens | ForEach-Object { [string]$_.Kind })
        foreach ($kind in 'QuestionQuestion', 'QuestionQuestionEquals', 'QuestionDot', 'QuestionLBracket', 'AndAnd', 'OrOr', 'Clean') {
            $kinds | Should -Not -Contain $kind
        }
        foreach ($call in Find-Node $read.Tree 'CommandParameterAst') { $call.ParameterName | Should -Not -Be 'Parallel' }
    }

    It 'executes no text, starts no program and converts no text to a secret: <Name>' -ForEach $scripts {
        foreach ($call in Find-Node (Read-Tree $Path).Tree 'CommandAst') {
            $call.GetCommandName() | Should -Not -BeIn @('Invoke-Expression', 'iex', 'Start-Process', 'ConvertTo-SecureString',
                'Write-Host', 'Start-Transcript', 'Invoke-Command')
            [string]$call.GetCommandName() | Should -Not -Match '\.(exe|cmd|bat|com)$'
        }
    }
}

Describe 'Every function' {
    It 'is alone in a file of its name, with help for itself and each parameter: <Name>' -ForEach $functions {
        $read = Read-Tree $Path
        $found = @(Find-Node $read.Tree 'FunctionDefinitionAst')
        $found.Count | Should -Be 1
        $found[0].Name | Should -BeExactly ([System.IO.Path]::GetFileNameWithoutExtension($Path))
        @($read.Tree.EndBlock.Statements).Count | Should -Be 1
        $help = $found[0].GetHelpContent()
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $parameters = @()
        if ($null -ne $found[0].Body.ParamBlock) { $parameters = @($found[0].Body.ParamBlock.Parameters) }
        $documented = @($help.Parameters.Keys)
        foreach ($parameter in $parameters) { $documented | Should -Contain $parameter.Name.VariablePath.UserPath.ToUpper() }
        $documented.Count | Should -Be $parameters.Count
    }

    It 'calls only functions of the guest, faked commands and harmless commands: <Name>' -ForEach $called {
        $allowed = @('ConvertTo-Json', 'Add-Type', 'ForEach-Object', 'Where-Object', 'Select-Object')
        $allowed += (Get-ChildItem -Path "$guest/lib" -Filter '*.ps1' -Recurse).BaseName
        foreach ($file in 'FakePlatform.ps1', 'FakeWindows.ps1', 'FakeNetwork.psm1') {
            $tree = (Read-Tree "$PSScriptRoot/Fakes/$file").Tree
            $allowed += @(Find-Node $tree 'FunctionDefinitionAst' | ForEach-Object { $_.Name })
        }
        foreach ($call in Find-Node (Read-Tree $Path).Tree 'CommandAst') { $call.GetCommandName() | Should -BeIn $allowed }
    }
}

Describe 'Every script as it is built' {
    It 'is ASCII, parses, defines what it calls and calls what it defines' {
        $built = @((Get-BuiltFile).Keys | Where-Object { (Get-BuiltFile)[$_] -cmatch '(?m)^#region functions' })
        $built.Count | Should -Be 3
        foreach ($name in $built) {
            $text = (Get-BuiltFile)[$name]
            $text | Should -Not -Match '[^\x00-\x7F]'
            $problems = $null
            $tree = [System.Management.Automation.Language.Parser]::ParseInput($text, [ref]$null, [ref]$problems)
            $problems | Should -BeNullOrEmpty
            $called = Find-Node $tree 'CommandAst' | ForEach-Object { $_.GetCommandName() } | Where-Object { $_ -like '*-Hvo*' }
            $defined = (Get-DefinedFunction $text).Name
            ($called | Sort-Object -Unique) | Should -Be ($defined | Sort-Object) -Because $name
        }
    }

    It 'has a fake for each function of the platform' {
        $fakes = (Get-DefinedFunction ([System.IO.File]::ReadAllText("$PSScriptRoot/Fakes/FakePlatform.ps1"))).Name
        foreach ($file in Get-ChildItem -Path "$guest/lib/platform") { $fakes | Should -Contain $file.BaseName }
    }
}

Describe 'Every entry script' {
    It 'has help, and is strict: <Name>' -ForEach $entries {
        $tree = (Read-Tree $Path).Tree
        $tree.GetHelpContent().Synopsis | Should -Not -BeNullOrEmpty
        if ($Name -like '*/cloudbase-init/*') { return }
        $text = [System.IO.File]::ReadAllText($Path)
        $text | Should -Match 'Set-StrictMode -Version Latest'
        $text | Should -Match '\$ErrorActionPreference = ''Stop'''
    }
}

Describe 'The steps and codes that are published to the host' {
    It 'are documented' {
        $reference = [System.IO.File]::ReadAllText("$PSScriptRoot/../../../docs/reference/agent-protocol.md")
        $section = $reference.Substring($reference.IndexOf('### Windows guest'))
        $sources = @(@('provisioning/New-HvoStepFailure', 'Code'), @('kvp/Publish-HvoGuestState', 'Step'))
        foreach ($pair in $sources) {
            $tree = (Read-Tree "$guest/lib/$($pair[0]).ps1").Tree
            $parameter = Find-Node $tree 'ParameterAst' | Where-Object { $_.Name.VariablePath.UserPath -eq $pair[1] }
            $set = $parameter.Attributes | Where-Object { $_.TypeName.Name -eq 'ValidateSet' }
            foreach ($word in $set.PositionalArguments) { $section | Should -Match "``$($word.Value)``" }
        }
    }
}
